"""Executes a notebook as an analyst does, and prints what its variables hold.

Takes the notebook, where to write its executed form, and an expression to evaluate at the end.
"""

import json
import os
import sys

import nbformat
from nbclient import NotebookClient

source, executed, facts = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
notebook.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({facts}))"))
here = {"metadata": {"path": os.path.dirname(source)}}
NotebookClient(notebook, timeout=300, kernel_name="python3", resources=here).execute()
(last,) = notebook.cells.pop().outputs
nbformat.write(notebook, executed)
print(json.dumps(json.loads(last["text"])))
