"""From a checkpoint to a signed bundle in its place: write, compare, describe, sign, put there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mobile_export.bundle import write_bundle
from mobile_export.comparing import compare, golden_runners, open_runners, table, timings
from mobile_export.figures import Reference
from mobile_export.formats import PTE_INT8, Format
from mobile_export.golden import golden_document
from mobile_export.placing import swap, unfinished
from mobile_export.quality_gate import quality_gate
from mobile_export.signing import SigningKey
from mobile_export.versions import keep_previous
from mobile_export.writing import Job, baselines, step, write_files

CHECK_SEED = 31_337


@dataclass(frozen=True)
class Release:
    """Where the bundle goes, under which version and sequence, and on how many fresh photos it is compared."""

    out: Path
    version: str
    sequence: int
    check_photos: int


def export(release: Release, rows: Sequence[Format], job: Job, key: SigningKey) -> None:
    """Make the bundle and print its table. Raises `ExportError` and leaves nothing when a file misses a bar."""
    with unfinished(release.out) as place:
        folder = place / "bundle"
        folder.mkdir()
        quantisation = write_files(folder, rows, job)
        runners = open_runners(folder, rows)
        step("comparing with the checkpoint")
        loaded = job.loaded
        reference = Reference.rendered(loaded.net, loaded.decoding, job.size, release.check_photos, CHECK_SEED)
        metrics = compare(reference, rows, runners)
        (place / "fp32").mkdir()
        write_files(place / "fp32", baselines(rows), job)
        timed = runners | open_runners(place / "fp32", baselines(rows))
        for name, figures in timings(rows, timed, reference.photos.images[0]).items():
            metrics[name] |= figures
        gate = quality_gate(runners.get(PTE_INT8.name) or next(iter(runners.values())), job.photos)
        about = {"version": release.version, "sequence": release.sequence, "quality_gate": gate}
        about |= {"metrics": metrics, "quantisation": quantisation, "rows": rows}
        write_bundle(folder, loaded, golden_document(golden_runners(rows, runners), job.size), about, key)
        keep_previous(release.out, folder)
        swap(folder, release.out, place / "previous")
    print(table(release.out, rows, metrics))
