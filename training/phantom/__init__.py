"""Synthetic skin: photos whose grades, masks and causes are known exactly.

    python -m training.phantom --out skin --count 200        # a labelled folder
    python -m training.phantom --out sheet.png --sheet       # five attributes by five grades, and the tones

Synthetic patches prove the software and the metrics, not accuracy on people.
"""
