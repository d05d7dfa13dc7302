export interface Place {
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

/** What the fragment of an address names. A `%` that encodes nothing stands for itself: people type addresses. */
export function placeOf(text: string): Place {
  const [path = "", query = ""] = text.replace(/^#?\/?/, "").split("?");
  return { parts: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
