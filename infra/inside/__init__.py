"""What runs under the engine's own interpreter: the engine, with the few seams where it is not like the cloud closed.

`python -m infra.inside`, started by infra/local. Nothing of ours outside this folder is imported here.
"""
