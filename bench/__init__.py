"""Speed, as ratios against a plain alternative in the same run: ``make bench``."""
