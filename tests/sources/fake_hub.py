"""A model hub of one model on this machine: enough of its protocol for huggingface_hub to download from."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "c0ffee" + "0" * 34
LATER = "decaf" + "0" * 35


@dataclass
class Hub:
    """`files` are served as the one commit of `repo`; `asked` collects the paths of all requests.

    With `moves`, the branch has gone on to another commit, of these files, once it was asked about.
    """

    repo: str
    files: dict[str, bytes]
    moves: dict[str, bytes] | None = None
    asked: list[str] = field(default_factory=list)
    endpoint: str = ""

    @property
    def main(self) -> str:
        """The commit of the branch."""
        moved = self.moves is not None and any("/api/models/" in path for path in self.asked[:-1])
        return LATER if moved else COMMIT

    def at(self, commit: str) -> dict[str, bytes]:
        return self.moves or {} if commit == LATER else self.files

    def info(self, commit: str) -> dict[str, object]:
        return {"id": self.repo, "sha": commit, "siblings": [{"rfilename": name} for name in self.at(commit)]}

    def tree(self, commit: str) -> list[dict[str, object]]:
        return [
            {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
            for name, content in self.at(commit).items()
        ]


@contextmanager
def serve(hub: Hub) -> Iterator[Hub]:
    """Answer requests for `hub` on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            path = self.path.split("?")[0]
            hub.asked.append(path)
            found = self._find(path)
            if found is None:
                code = "RepoNotFound" if hub.repo not in path else "RevisionNotFound"
                self._send(404, b"{}", {"X-Error-Code": code}, body)
                return
            commit = LATER if LATER in path else COMMIT if COMMIT in path else hub.main
            headers = {"X-Repo-Commit": commit, "ETag": f'"{hashlib.sha256(found).hexdigest()}"'}
            self._send(200, found, headers, body)

        def _find(self, path: str) -> bytes | None:
            for revision, commit in ((COMMIT, COMMIT), (LATER, LATER), ("main", hub.main)):
                if path == f"/api/models/{hub.repo}/tree/{revision}":
                    return json.dumps(hub.tree(commit)).encode()
                if path == f"/api/models/{hub.repo}/revision/{revision}":
                    return json.dumps(hub.info(commit)).encode()
                if path.startswith(f"/{hub.repo}/resolve/{revision}/"):
                    return hub.at(commit).get(path.split(f"/resolve/{revision}/")[1])
            return json.dumps(hub.info(hub.main)).encode() if path == f"/api/models/{hub.repo}" else None

        def _send(self, status: int, content: bytes, headers: dict[str, str], body: bool) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    return Handler
