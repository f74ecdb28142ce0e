"""Look closely at labelled photos before learning from them: counts, duplicates, leaks, and a page for people."""
