import { render } from "preact";
import { App } from "./app.tsx";
import "./style/tokens.css";
import "./style/base.css";
import "./style/controls.css";
import "./style/shell.css";
import "./style/library.css";
import "./style/workbench.css";
import "./style/pages.css";
import { applyTheme } from "./ui/theme.ts";

applyTheme();
render(<App />, document.getElementById("app") as HTMLElement);
