"""Documents turned into a screen, JSON, Markdown or a page. The only room that imports rich."""

FORMATS = ("human", "json", "quiet", "markdown", "html")
REPORT_FORMATS = ("markdown", "html")
