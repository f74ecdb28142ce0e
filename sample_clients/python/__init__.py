"""An offline-first SkinScore client: grade on this machine, keep the history, sync it when there is a network.

    python -m sample_clients.python score selfie.jpg

Needs numpy, pillow, cryptography, requests and executorch (whose Python wheel needs torch). See README.md.
"""
