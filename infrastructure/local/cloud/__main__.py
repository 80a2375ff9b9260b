"""The local cloud: ministack, adapted at run time where it falls short of AWS.

Start it with ``python infrastructure/local/cloud``; the address and the folders come
from the environment that `cargo xtask up` sets (BIND_HOST, GATEWAY_PORT, STATE_DIR,
S3_DATA_DIR). No file of the emulator is edited and no function knows that it runs here.

With OMNIGEN_POLICIES=enforced each call is held to the policy of who makes it, which costs
the emulator a third of its speed.
"""

import os

if os.environ.get("OMNIGEN_POLICIES") == "enforced":
    import permissions  # first: the emulator reads its switch when it is imported

    permissions.apply()

import distributions
import faults
import functions
import http_api
import identity
import objects
import queries
import signed_links
import state_machines
import streams
import tables
from ministack.app import main

ADAPTATIONS = (
    distributions, faults, functions, http_api, identity, objects, queries, signed_links,
    state_machines, streams, tables)

for adaptation in ADAPTATIONS:
    adaptation.apply()

main()
