"""What a browser may load and run on our pages: nothing from elsewhere, no script inside a page.

Unfold's pages are driven by Alpine, which evaluates the expressions of their attributes and sets styles on elements:
hence `unsafe-eval` for scripts and `unsafe-inline` for styles. One page of Flower has a script inside it.
"""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
OF_FLOWER = {"script-src": [SELF, UNSAFE_INLINE]}
