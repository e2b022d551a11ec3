// The demo bar: be an anonymous visitor or one of the sample customers. A real shop renders its customer's token itself.

const CHOICE = "juniper-lane:customer";
const ANONYMOUS = "Nobody is logged in: the assistant asks for a code before it shows an order.";
const select = document.getElementById("customer");
const about = document.getElementById("about");
const chat = document.createElement("aftercare-chat");
let customers = [];

async function ask(path, body) {
  const answer = await fetch(path, body && {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

function describe({ interest, orders }) {
  const text = document.createElement("span");
  text.textContent = interest;
  const numbers = document.createElement("span");
  numbers.append(...(orders.length ? [orders.length > 1 ? "Orders " : "Order "] : []), ...orders.map((number) => {
    const code = document.createElement("code");
    code.textContent = number;
    return code;
  }));
  about.replaceChildren(text, numbers);
}

/** The chosen customer's token; empty for an anonymous visitor. */
async function tokenOf(reference) {
  const customer = customers.find((each) => each.reference === reference);
  if (!customer) {
    sessionStorage.removeItem(CHOICE);
    about.textContent = ANONYMOUS;
    return "";
  }
  const { customer_token: token } = await ask("/shop/token", { customer: reference });
  sessionStorage.setItem(CHOICE, reference);
  describe(customer);
  return token;
}

function sorry() {
  select.value = sessionStorage.getItem(CHOICE) ?? "";
  about.textContent = "The sample shop does not answer right now, so that nobody can log in.";
  return "";
}

async function begin() {
  try {
    customers = (await ask("/shop/customers")).items;
    select.append(...customers.map(({ reference, name }) => new Option(name, reference)));
    select.value = sessionStorage.getItem(CHOICE) ?? "";
    chat.setAttribute("customer-token", await tokenOf(select.value));
  } catch {
    sorry();
  }
  chat.setAttribute("heading", "Juniper & Lane");
  document.body.append(chat);
  select.addEventListener("change", () => tokenOf(select.value).then((token) => chat.identify(token), sorry));
  chat.addEventListener("aftercare-token-refused", async () => chat.identify(await tokenOf(select.value).catch(sorry)));
  for (const button of document.querySelectorAll("[data-chat]")) button.addEventListener("click", () => chat.open());
}

begin();
