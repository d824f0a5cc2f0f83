"""The command line, a thin face over the services; the only room that knows click.

Data goes to standard output, narration to standard error. Exit codes: 0 done; 1 not done,
or not all of it; 2 wrong usage or configuration.
"""
