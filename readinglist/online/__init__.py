"""Sources of metadata: one module each, how they are asked, and whether an answer is meant.

No module here knows the library: it is given papers, and gives papers.
"""
