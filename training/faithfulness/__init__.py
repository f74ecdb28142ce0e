"""Do the maps show where the sign is, and what the grade hangs on? Scored on synthetic skin, whose maps are known.

    python -m training.faithfulness --checkpoint training/reference --synthetic 300 --seed 4242
    python -m training.faithfulness --bundle mobile_export/reference --synthetic 300 --seed 4242 --json -

`places` brings maps and truth onto one grid; `energy` and `pointing` score arrays. `randomise`, `deletion` and
`twins` grade changed networks, changed photos and changed skin; `figures` gathers all, `text` prints it.
"""
