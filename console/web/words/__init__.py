"""What the console says in other languages than Vietnamese, one file a language."""
