"""The seed's tables again: every row trained by one command on the same photos, its published figure beside it."""
