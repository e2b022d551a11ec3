"""Measurements that the README quotes: `make bench`. Every figure is taken in the same run as its baseline."""
