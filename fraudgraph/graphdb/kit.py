def kit_files(base): return {"start.html": b"<article class='guide'><carousel><slide class='col-sm-12'><h3>hi</h3></slide></carousel></article>"}
