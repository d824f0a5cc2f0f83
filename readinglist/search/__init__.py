"""Finding papers: tokens, the index in the working copy, misspelt words, ranking.

query -> what each word may mean (matching) -> candidates from the index -> ranked
"""
