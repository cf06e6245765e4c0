// What is shown follows the style sheet; this counts it, searches in it, and
// opens it for printing. The report reads the same without.
"use strict";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const cases = all(".case"), chapters = all(".chapter");
const search = document.getElementById("search"), count = document.getElementById("count");
const shown = (element) => element.checkVisibility();

const update = () => {
	const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
	for (const c of cases) {
		c.hidden = !words.every((w) => c.dataset.text.includes(w));
	}
	for (const c of chapters) {
		c.hidden = false;
		c.hidden = !all(".case", c).some(shown);
	}
	const n = cases.filter(shown).length;
	count.textContent = n === cases.length ? `${n} cases` : `${n} of ${cases.length} cases`;
	document.getElementById("nothing").hidden = n > 0;
};

for (const c of cases) {
	c.dataset.text = (c.id + " " + c.querySelector("summary").textContent).toLowerCase();
}
for (const element of all(".scripted")) {
	element.hidden = false;
}
document.addEventListener("change", update);
search.addEventListener("input", update);

const open = (state) => () => {
	for (const c of cases.filter(shown)) {
		c.open = state;
	}
};
document.getElementById("open").addEventListener("click", open(true));
document.getElementById("close").addEventListener("click", open(false));

let closed = [];
addEventListener("beforeprint", () => {
	closed = cases.filter((c) => shown(c) && !c.open);
	closed.forEach((c) => { c.open = c.classList.contains("failed"); });
});
addEventListener("afterprint", () => closed.forEach((c) => { c.open = false; }));

const follow = () => {
	const target = cases.find((c) => c.id === decodeURIComponent(location.hash.slice(1)));
	if (!target) {
		return;
	}
	for (const radio of all(".tools input[value='']")) {
		radio.checked = true;
	}
	search.value = "";
	update();
	target.open = true;
	target.scrollIntoView();
};
addEventListener("hashchange", follow);
update();
follow();
