import { useEffect } from "preact/hooks";
import { needsSignIn, signOut, token } from "./api/session.ts";
import { loadService, service } from "./api/service.ts";
import { href, place } from "./route.ts";
import { Confirmation } from "./ui/confirm.tsx";
import { Brand } from "./ui/icons.tsx";
import { Help, showHelp } from "./ui/help.tsx";
import { useKeys } from "./ui/keys.ts";
import { Notices } from "./ui/notices.tsx";
import { SignIn } from "./ui/sign-in.tsx";
import { switchTheme, theme } from "./ui/theme.ts";
import { Activity } from "./views/activity/activity.tsx";
import { Library } from "./views/library/library.tsx";
import { Metadata } from "./views/metadata/metadata.tsx";
import { ServiceView } from "./views/service/service.tsx";
import { Workbench } from "./views/workbench/workbench.tsx";

const VIEWS = [
  { name: "Library", path: ["library"] },
  { name: "Activity", path: ["activity"] },
  { name: "Service", path: ["service"] },
] as const;

export function App() {
  const { parts } = place.value;
  const [first = "library"] = parts;
  const current = first === "sources" || first === "flows" ? "library" : first;
  const isKnown = token.value !== null || !needsSignIn.value;
  useKeys({ "?": () => showHelp() });
  useEffect(() => {
    if (isKnown) void loadService();
  }, [token.value]);
  useEffect(() => {
    document.title = `${service.value?.name ?? "TAMS"} console`;
  }, [service.value]);
  return (
    <div class="shell">
      <header class="bar">
        <a class="brand" href={href(["library"])}>
          <Brand />
          <span>{service.value?.name ?? "TAMS"}</span>
        </a>
        <nav aria-label="Views">
          {VIEWS.map((each) => (
            <a href={href(each.path)} aria-current={each.path[0] === current ? "page" : undefined}>
              {each.name}
            </a>
          ))}
        </nav>
        <div class="rest">
          <button class="button plain" onClick={() => showHelp()} aria-label="Keyboard shortcuts">
            <kbd>?</kbd>
          </button>
          <button class="button plain" onClick={switchTheme}>
            {theme() === "dark" ? "Light" : "Dark"}
          </button>
          {token.value !== null && (
            <button class="button plain" onClick={signOut}>
              Sign out
            </button>
          )}
        </div>
      </header>
      <main tabIndex={-1}>{isKnown && <View parts={parts} />}</main>
      {needsSignIn.value && <SignIn />}
      <Help />
      <Confirmation />
      <Notices />
    </div>
  );
}

function View({ parts }: { parts: readonly string[] }) {
  const [first, second, third] = parts;
  if ((first === "sources" || first === "flows") && second !== undefined) {
    if (third === "metadata") return <Metadata key={second} kind={first} id={second} />;
    return <Workbench key={second} kind={first} id={second} />;
  }
  if (first === "activity") return <Activity part={second ?? "events"} />;
  if (first === "service") return <ServiceView />;
  return <Library />;
}
