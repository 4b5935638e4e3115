"""Evaluate newborn genomic screening: VCF to verdict, accuracy, route and report."""

__version__ = "0.1.0"
