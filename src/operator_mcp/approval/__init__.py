"""Rule 5: a human is asked about exact bytes, once, and what they decide is all that merges."""
