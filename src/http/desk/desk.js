// @ts-check
// Comfort for the desk's forms: the preview follows what is typed, organisations and sessions are found while typing.
// The server makes every page; this only asks it for one and takes over the parts that changed.

const WAIT_MS = 500

/** The form whose preview is shown beside it. */
const watched = /** @type {HTMLFormElement | null} */ (document.querySelector('form#award, form#correction'))
if (watched) follow(watched)
for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (
  document.querySelectorAll('input[data-finds]')
))
  find(input)
for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (
  document.querySelectorAll('input[data-hashes]')
))
  hashes(input)

/** @param {HTMLFormElement} form */
function follow(form) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  /** @type {AbortController | undefined} */
  let running
  const ask = async () => {
    running?.abort()
    const mine = new AbortController()
    running = mine
    const body = new URLSearchParams()
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value)
    body.set('do', 'preview')
    try {
      const answer = await fetch(form.action, { method: 'POST', body, signal: mine.signal })
      if (answer.ok || answer.status === 422)
        take(new DOMParser().parseFromString(await answer.text(), 'text/html'))
    } catch {
      // Typed on meanwhile, or offline: the button still asks.
    }
  }
  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), WAIT_MS)
  })
}

/** Only the preview, and what the chosen session offers: what is being typed stays untouched. @param {Document} page */
function take(page) {
  const [shown, fresh] = [document.querySelector('#preview'), page.querySelector('#preview')]
  // What is half typed has no preview: the last one stays, and looks old.
  const isOld = !fresh?.firstElementChild
  shown?.classList.toggle('stale', isOld)
  if (!isOld) shown?.replaceChildren(...fresh.childNodes)
  const [here, there] = [document.querySelector('#basis'), page.querySelector('#basis')]
  const field = document.activeElement
  const isIn = here?.contains(field) === true
  if (!here || !there || (isIn && !isChosen(field))) return
  here.replaceWith(there)
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (
    there.querySelectorAll('input[data-finds]')
  ))
    find(input)
  if (!isIn || !(field instanceof HTMLSelectElement || field instanceof HTMLInputElement)) return
  const again = there.querySelector(`[name="${CSS.escape(field.name)}"]`)
  if (again instanceof HTMLElement) again.focus()
}

/** Whether a field holds one of what it offers, and not what is half typed. @param {Element | null} field */
const isChosen = (field) =>
  field instanceof HTMLSelectElement ||
  (field instanceof HTMLInputElement &&
    [...(field.list?.options ?? [])].some(({ value }) => value === field.value))

/** @param {HTMLInputElement} input */
function find(input) {
  const list = input.list
  if (!list) return
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => void look(), WAIT_MS)
  })
  const look = async () => {
    const text = input.value.trim()
    if (text.length < 2) return
    const { lang } = document.documentElement
    const query = new URLSearchParams({ q: text, kind: input.dataset['finds'] ?? '', lang })
    try {
      const answer = await fetch(`/desk/find?${query}`)
      if (!answer.ok) return
      const found = /** @type {{ id: string, label: string }[]} */ (await answer.json())
      const offered = new Set([...list.querySelectorAll('option')].map((one) => one.value))
      for (const { id, label } of found) {
        if (offered.has(id)) continue
        // What was typed stands in the label, since a browser offers only what holds the letters typed so far.
        list.append(new Option(label.includes(text) ? label : `${label} (${text})`, id))
      }
    } catch {
      // Offline: the name can be typed, and the form says what was perhaps meant.
    }
  }
}

/** Fills in the SHA-256 of a file that is chosen here and never sent. @param {HTMLInputElement} input */
function hashes(input) {
  const label = document.createElement('label')
  label.textContent = input.dataset['hashes'] ?? ''
  const file = document.createElement('input')
  file.type = 'file'
  label.append(file)
  input.after(label)
  file.addEventListener('change', () => void hash())
  const hash = async () => {
    const bytes = await file.files?.[0]?.arrayBuffer()
    if (!bytes || !crypto.subtle) return
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    input.value = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  }
}
