// The catalog's page: reads the public REST API and shows it. Everything that comes from the
// catalog or from guests becomes a text node, never markup.

const POLL_MILLISECONDS = 1500;
const DEPLOYMENTS_SHOWN = 10;
const TOKEN = "burano-token";
const BUSY = ["deploying", "deleting", "running", "running_w_errors", "running_w_warnings"];
const BAD = ["deploy failure", "delete failure", "completed_w_errors"];

const byId = (id) => document.getElementById(id);
const logos = new Map();
let endpoints = null;
let timer = 0;

class SignedOut extends Error {}

// -- elements --------------------------------------------------------------------------------

/** An element with properties and children; strings become text nodes. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Set an element's children, touching the document only when what they show has changed. */
function fill(element, shown, build) {
  const text = JSON.stringify(shown);
  if (element.dataset.shown === text) return;
  element.dataset.shown = text;
  element.replaceChildren(...[build()].flat());
}

/** Keep one child of `parent` for each item, in order; children survive, with focus and state. */
function keyed(parent, items, key, create, update) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let child = known.get(name);
    if (child) known.delete(name);
    else {
      child = create(item);
      child.dataset.key = name;
    }
    update(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of known.values()) child.remove();
}

/** A link for addresses of the web, plain text for anything else. */
function address(text) {
  let url = null;
  try {
    url = new URL(text);
  } catch {
    return text;
  }
  if (!["http:", "https:"].includes(url.protocol)) return text;
  return make("a", { href: url.href, rel: "noopener noreferrer", target: "_blank" }, text);
}

function badge(state) {
  const kind = BUSY.includes(state) ? "busy" : BAD.includes(state) ? "bad" : "good";
  return make("span", { className: state === "pending" ? "badge" : `badge ${kind}` }, state);
}

const clock = (moment) => (moment || "").slice(11, 19);

function span(from, to) {
  if (!from) return "";
  const end = to ? Date.parse(to + "Z") : Date.now();
  return `${Math.max(0, Math.round((end - Date.parse(from + "Z")) / 1000))} s`;
}

// -- the services ----------------------------------------------------------------------------

async function get(path) {
  const answer = await fetch(endpoints["application-catalog"] + "/v1" + path, {
    headers: { "X-Auth-Token": sessionStorage.getItem(TOKEN) || "" },
  });
  if (answer.status === 401) throw new SignedOut();
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

const read = async (path) => (await get(path)).json();

async function signIn(user, password, project) {
  const domain = { name: endpoints.domain };
  const answer = await fetch(endpoints.identity + "/auth/tokens", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      auth: {
        identity: { methods: ["password"], password: { user: { name: user, domain, password } } },
        scope: { project: { name: project, domain } },
      },
    }),
  });
  if (!answer.ok) throw new Error("User, password or project is not right.");
  sessionStorage.setItem(TOKEN, answer.headers.get("X-Subject-Token"));
}

// -- packages --------------------------------------------------------------------------------

async function logo(id) {
  if (!logos.has(id)) {
    logos.set(id, "");
    const blob = await (await get(`/catalog/packages/${id}/logo`)).blob();
    if (blob.size) logos.set(id, URL.createObjectURL(blob));
  }
  return logos.get(id);
}

function showTile(element, item) {
  fill(element, [item.updated, item.name, logos.get(item.id) || ""], () => [
    logos.get(item.id)
      ? make("img", { className: "logo", src: logos.get(item.id), alt: "" })
      : make("span", { className: "logo", "aria-hidden": "true" }, item.name.slice(0, 1)),
    make("h3", {}, item.name),
    make("span", { className: "id" }, [item.fully_qualified_name, item.version].filter(Boolean).join(" ")),
    make("p", {}, item.description || ""),
  ]);
}

async function showPackages() {
  const { packages } = await read("/catalog/packages?catalog=true&limit=100");
  await Promise.all(packages.map((item) => logo(item.id)));
  byId("no-packages").hidden = packages.length > 0;
  keyed(byId("packages"), packages, (item) => item.id,
    () => make("li", { className: "tile" }), showTile);
}

// -- environments ----------------------------------------------------------------------------

/** All addresses that an object and its parts have. */
function addresses(value, found = new Set()) {
  if (Array.isArray(value)) value.forEach((item) => addresses(item, found));
  else if (value && typeof value === "object") {
    for (const [name, item] of Object.entries(value)) {
      if (name === "?") continue;
      if (["url", "floatingIpAddress"].includes(name) && typeof item === "string") found.add(item);
      else if (name === "ipAddresses" && Array.isArray(item)) item.forEach((one) => found.add(String(one)));
      else addresses(item, found);
    }
  }
  return [...found];
}

function environmentCard() {
  return make("article", { className: "card" },
    make("header", {}),
    make("h4", {}, "Components"),
    make("ul", { className: "rows components" }),
    make("h4", {}, "Deployments"),
    make("div", { className: "deployments" }));
}

function component(item) {
  const head = item["?"] || {};
  const parts = [make("strong", {}, head.name || item.name || head.id || "unnamed")];
  parts.push(make("span", { className: "soft" }, ` ${(head.type || "").split("/")[0]} `));
  addresses(item).forEach((one) => parts.push(address(one), " "));
  return make("li", {}, ...parts);
}

function deploymentRow(open) {
  return make("details", { open },
    make("summary", {}),
    make("table", { "aria-label": "Attempts" },
      make("thead", {}, make("tr", {},
        ...["Attempt", "Engine", "From", "Took", "Outcome"].map((title) => make("th", { scope: "col" }, title)))),
      make("tbody", {})),
    make("ol", { className: "reports", role: "log", "aria-label": "Reports" }));
}

function showReport(element, report) {
  fill(element, report, () => [
    make("time", { dateTime: `${report.created}Z` }, clock(report.created)),
    make("span", { className: report.level }, report.text),
  ]);
}

async function showDeployment(element, item, environment) {
  const action = item.action ? item.action.method : "delete";
  fill(element.querySelector("summary"), [item.state, item.updated, item.finished], () => [
    make("strong", {}, action), " ", badge(item.state),
    make("span", { className: "soft" }, ` ${clock(item.started)}, `
      + (item.finished ? span(item.started, item.finished) : "running")),
  ]);
  const attempts = item.attempts || [];
  fill(element.querySelector("tbody"), attempts, () => attempts.map((attempt) =>
    make("tr", {}, ...[attempt.number, attempt.engine, clock(attempt.claimed_at),
      attempt.ended_at ? span(attempt.claimed_at, attempt.ended_at) : "",
      attempt.outcome || "running"].map((text) => make("td", {}, String(text))))));
  if (!element.open || element.dataset.complete) return;
  const { reports } = await read(`/environments/${environment}/deployments/${item.id}`);
  keyed(element.querySelector(".reports"), reports, (report) => report.id,
    () => make("li"), showReport);
  if (item.finished) element.dataset.complete = "yes";
}

async function showEnvironment(element, item) {
  const [full, { deployments }] = await Promise.all([
    read(`/environments/${item.id}`), read(`/environments/${item.id}/deployments`),
  ]);
  fill(element.querySelector("header"), [full.name, full.status], () => [
    make("h3", {}, full.name), badge(full.status), make("span", { className: "id" }, item.id),
  ]);
  // Until it is deployed, what shall be there stands in the deployment that is under way.
  const coming = BUSY.includes(full.status) && deployments.length ? deployments[0].description : {};
  const services = (full.services || []).length ? full.services : (coming || {}).services || [];
  fill(element.querySelector(".components"), services, () =>
    services.length ? services.map(component) : [make("li", { className: "soft" }, "none")]);
  const rows = deployments.slice(0, DEPLOYMENTS_SHOWN);
  const pending = [];
  keyed(element.querySelector(".deployments"), rows, (row) => row.id,
    (row) => deploymentRow(row === rows[0]),
    (child, row) => pending.push(showDeployment(child, row, item.id)));
  await Promise.all(pending);
}

async function showEnvironments() {
  const { environments } = await read("/environments");
  byId("no-environments").hidden = environments.length > 0;
  const pending = [];
  keyed(byId("environments"), environments, (item) => item.id, environmentCard,
    (element, item) => pending.push(showEnvironment(element, item)));
  await Promise.all(pending);
}

// -- the page --------------------------------------------------------------------------------

function show(signedIn) {
  byId("sign-in").hidden = signedIn;
  byId("catalog").hidden = !signedIn;
  byId("sign-out").hidden = !signedIn;
}

function signOut() {
  sessionStorage.removeItem(TOKEN);
  clearTimeout(timer);
  byId("status").textContent = "";
  for (const id of ["environments", "packages"]) byId(id).replaceChildren();
  show(false);
  byId("sign-in").elements.user.focus();
}

async function refresh() {
  clearTimeout(timer);
  try {
    await Promise.all([showEnvironments(), showPackages()]);
    byId("status").textContent = "live";
  } catch (error) {
    if (error instanceof SignedOut) {
      signOut();
      return;
    }
    byId("status").textContent = "The catalog does not answer; trying again.";
  }
  timer = setTimeout(refresh, POLL_MILLISECONDS);
}

async function enter(user, password, project) {
  byId("refusal").textContent = "";
  try {
    await signIn(user, password, project);
  } catch (error) {
    byId("refusal").textContent = error.message;
    show(false);
    return;
  }
  byId("sign-in").elements.password.value = "";
  show(true);
  await refresh();
}

async function configuration() {
  for (;;) {
    try {
      const answer = await fetch("endpoints.json");
      if (answer.ok) return await answer.json();
    } catch {
      // The launcher restarts what has died; until then there is nobody to ask.
    }
    byId("status").textContent = "The catalog is starting.";
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

async function start() {
  endpoints = await configuration();
  byId("status").textContent = "";
  const form = byId("sign-in");
  form.elements.user.value = endpoints.user;
  form.elements.project.value = endpoints.project;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { user, password, project } = form.elements;
    enter(user.value, password.value, project.value);
  });
  byId("sign-out").addEventListener("click", signOut);
  // A link that the launcher printed signs in by its fragment, which no server ever sees.
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.has("password")) {
    history.replaceState(null, "", location.pathname);
    await enter(given.get("user") || endpoints.user, given.get("password"), given.get("project") || endpoints.project);
  } else if (sessionStorage.getItem(TOKEN)) {
    show(true);
    await refresh();
  } else show(false);
}

start();
