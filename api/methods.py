"""How a photo may be explained, as far as the web process must know: no torch here."""

CLOSED_FORM = "gradcam"
METHODS = (CLOSED_FORM, "gradcam++", "hirescam", "layercam", "eigencam")
BLIND = ("eigencam",)  # to attributes: it shows where a photo varies most, whatever that says about a grade
DETAILS = {"1x": 1, "2x": 2, "4x": 4}  # side of the explained photo, in sides of the model's input
LEGEND = "legend"  # lies beside the layers
