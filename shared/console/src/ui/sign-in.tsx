import { useState } from "preact/hooks";
import { refusal, signIn } from "../api/session.ts";
import { Dialog } from "./dialog.tsx";

/** Takes a bearer token. It stays in the memory of this page and goes to this service only. */
export function SignIn() {
  const [text, setText] = useState("");
  return (
    <Dialog title="Sign in" mayClose={false} close={() => undefined}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") signIn(text);
        }}
      >
        <p class="dim">
          This service requires credentials. Paste an access token: it is kept in the memory of this page only, and a
          reload forgets it.
        </p>
        {refusal.value !== null && (
          <div class="fault" role="alert">
            {refusal.value}
          </div>
        )}
        <label class="field">
          <span>Access token</span>
          <input
            class="input mono"
            type="password"
            autocomplete="off"
            required
            autofocus
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <div class="actions end">
          <button class="button first" type="submit">
            Sign in
          </button>
        </div>
      </form>
    </Dialog>
  );
}
