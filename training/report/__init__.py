"""One page that a person wants to read, and a model card, about a trained grader.

    python -m training.report runs/mine --synthetic 1000
    python -m training.report runs/mine --data held_out_photos --out report

`run` reads the run's folder, `findings` measures it, `claims` says in words what it can and cannot do. `curves` (on
`plot`), `gallery` and `mistakes` (on `pictures`) prepare what is drawn, and `page` fills `templates/` in the
environment of `templating`.
"""
