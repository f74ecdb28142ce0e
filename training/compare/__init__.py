"""How grades move on the same photos when one model takes over from another.

    python -m training.compare mobile_export/reference bundle --data held_out_photos

`moves` has the figures, `page` the page about them with the parts of `training.report`.
"""
