"""One task mutates state: absorb → resolve → drive → exit → enter → show.

Everything else only puts things into its inbox.
"""
