// Files made of what the page holds: nothing is fetched.
const COLUMNS = data.rows.length ? Object.keys(data.rows[0]) : [];
const PICTURED = 60;
const shownRows = () => (filtered() ? data.rows.filter(matches) : data.rows);

// The same bytes as leaderboard.csv where nothing is filtered.
const csvValue = value => {
  if (value === null) return "";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toFixed(6).replace(/0+$/, "");
  const inert = /^ *[=+\-@\t\r]/.test(value.normalize("NFKC")) ? `'${value}` : value;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
};
const csvText = rows => [COLUMNS, ...rows.map(row => COLUMNS.map(name => csvValue(row[name])))].map(line => `${line.join(",")}\r\n`).join("");

const save = (name, blob) => {
  const address = URL.createObjectURL(blob);
  const made = el("a", { href: address, download: name });
  made.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
};
const text = (name, kind, said) => save(name, new Blob([said], { type: kind }));

const picture = () => new Promise((done, fail) => {
  const rows = items.filter(one => one.row).map(one => one.row), drawing = forest(rows.slice(0, PICTURED), rows.length);
  const [wide, tall] = [Number(drawing.getAttribute("width")), Number(drawing.getAttribute("height"))];
  const image = new Image();
  image.onerror = () => fail(new Error("the picture cannot be drawn"));
  image.onload = () => {
    const canvas = el("canvas", { width: 2 * wide, height: 2 * tall });
    canvas.getContext("2d").drawImage(image, 0, 0, 2 * wide, 2 * tall);
    canvas.toBlob(blob => (blob ? done(blob) : fail(new Error("the picture cannot be saved"))), "image/png");
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(drawing))}`;
});

// With the address where the page is served; a file on a disk has none.
const cited = () => (location.protocol.startsWith("http")
  ? display.bibtex.replace(/\n}\n$/, () => `,\n  url = {${location.origin}${location.pathname}}\n}\n`) : display.bibtex);

const DOWNLOADS = {
  CSV: () => text("leaderboard.csv", "text/csv", csvText(shownRows())),
  JSON: () => text("leaderboard.json", "application/json", find("data").textContent),
  PNG: async () => save("leaderboard.png", await picture()),
  BibTeX: () => text("leaderboard.bib", "text/plain", cited()),
};
find("downloads").append(...Object.entries(DOWNLOADS).map(([name, does]) => press(name, does, { id: `save-${name}` })),
  press("Link to this view", () => {
    find("link").hidden = false;
    linked();
  }), el("span", { id: "link", hidden: true, class: "grow" }));
// The link that is shown is always of what is shown.
const linked = () => { if (!find("link").hidden) find("link").replaceChildren(copied("link", link())); };
