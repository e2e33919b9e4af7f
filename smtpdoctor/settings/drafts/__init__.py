"""From a draft that a dialect found to a set-up: its settings and credentials.

Knows what all programs have in common: where a value is written (`places`), what of it is shown
(`shown_values`, `harmless_literals`), what is wrong with it by its form (`problems`), what stands
under another name (`near_misses`), what the program makes of it that it doesn't say (`remarks`).
It must not know any program (`dialects`) nor any syntax (`readers`).
"""
