"""Values and rules, without input or output: papers, identity, keys, the query language."""
