"""How good a network is while it trains: the score by which its best weights are chosen."""

from dataclasses import dataclass

from training.calibrate import predict
from training.decoding import Decoding, Prior
from training.metrics import report
from training.model import SkinNet
from training.photo_set import PhotoSet

WATCHED = 400  # held-out photos looked at while training; all are used at the end


@dataclass(frozen=True)
class Watch:
    """Scores a network while it trains: P-Recall over grades present, or the accuracy of the likeliest grade.

    At the side (px) at which the network will be used, in every stage: scores at other sides could not be compared.
    """

    photos: PhotoSet
    prior: Prior
    select: str

    def __call__(self, net: SkinNet) -> float:
        """Balanced decoding before calibration; whole photos are graded also while windows are learned."""
        logits, _ = predict(net, self.photos.images, self.photos.images.shape[1])
        if self.select == "accuracy":
            known = self.photos.labels >= 0
            return float((logits.argmax(-1) == self.photos.labels)[known].mean())
        answers = Decoding(prior=self.prior).utilities(logits).argmax(-1)
        return float(report(self.photos.clean, answers)["mean_p_recall_present"])
