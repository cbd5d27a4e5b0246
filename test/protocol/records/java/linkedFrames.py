"""LZ4 frames of forms that lz4-java cannot write, made by liblz4 (the `lz4` package): for ../frames.test.ts.

    python3 linkedFrames.py ../../../fixtures/records
"""

import hashlib
import json
import pathlib
import sys

import lz4.frame

target = pathlib.Path(sys.argv[1])
content = b"".join(b"record %d of partition %d\n" % (i * 7919 % 10007, i % 5) for i in range(7000))
forms = {
    "liblz4-linked": {"block_linked": True, "block_size": lz4.frame.BLOCKSIZE_MAX64KB},
    "liblz4-linked-checksums": {
        "block_linked": True,
        "block_size": lz4.frame.BLOCKSIZE_MAX64KB,
        "block_checksum": True,
        "content_checksum": True,
        "compression_level": 9,
    },
}
manifest = []
for name, options in forms.items():
    (target / f"{name}.bin").write_bytes(lz4.frame.compress(content, **options))
    digest = hashlib.sha256(content).hexdigest()
    manifest.append({"name": name, "codec": "lz4", "contentBytes": len(content), "sha256": digest})
(target / "frames-liblz4.json").write_text(json.dumps(manifest, indent=1) + "\n")
