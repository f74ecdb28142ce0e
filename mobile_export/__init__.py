"""Turn a checkpoint into files that a phone runs, prove them right, and sign them as a bundle."""
