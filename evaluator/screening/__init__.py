"""What is reportable: each clinical rule a small named unit, every verdict with its reasons."""
