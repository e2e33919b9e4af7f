"""Reports speak: one file per format. Pure: a report in, text out."""
