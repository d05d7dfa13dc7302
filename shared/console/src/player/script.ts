const loaded = new Map<string, Promise<void>>();

/** Runs a script of this origin, once. The players are such: as their makers built them, and only when needed. */
export function script(url: string): Promise<void> {
  const known = loaded.get(url);
  if (known !== undefined) return known;
  const found = new Promise<void>((resolve, reject) => {
    const element = document.createElement("script");
    element.src = url;
    element.onload = () => resolve();
    element.onerror = () => {
      loaded.delete(url);
      element.remove();
      reject(new Error("the player could not be loaded: load the page again"));
    };
    document.head.append(element);
  });
  loaded.set(url, found);
  return found;
}
