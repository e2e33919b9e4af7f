"""Readers of the files that programs take their settings from, one package or file a format.

A reader knows a format and what real programs make of it. It must not know which names are mail
settings, nor what their values mean.
"""
