"""The whole product on one photo: offline grades, a synced history, heatmaps, a report to look at."""
