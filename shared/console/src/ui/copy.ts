import { say, sayFault } from "./notices.tsx";

/** Puts a text on the clipboard, and says so. */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} is on the clipboard: ${text}`);
  } catch {
    sayFault(new Error(`the browser did not allow copying; here it is: ${text}`));
  }
}
