// The auditor's comfort: events as they are recorded, a slider that answers at once, progress that moves. Every page
// works without it. It asks this house alone, and what it inserts was made and escaped there.
const MOST_SHOWN = 200
const SAY_EVERY_MS = 5_000

/** @param {HTMLElement} box */
function follow(box) {
  const list = document.getElementById('feed')
  const [button, told] = box.children
  if (!list || !button || !told) return
  const { source = '', pause = '', resume = '', count = '', waiting = '' } = box.dataset
  /** @type {string[]} */
  const held = []
  let paused = false
  let fresh = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let saying
  /** @param {string} text */
  const say = (text) => {
    told.textContent = text
  }
  // Told now and then: one that reads the page aloud must not be interrupted by each event.
  const sayLater = () => {
    saying ??= setTimeout(() => {
      saying = undefined
      say((paused ? waiting : count).replace('{0}', String(paused ? held.length : fresh)))
    }, SAY_EVERY_MS)
  }
  /** @param {string} markup */
  const show = (markup) => {
    const template = document.createElement('template')
    template.innerHTML = markup
    const item = template.content.firstElementChild
    if (!item) return
    item.classList.add('fresh')
    list.prepend(item)
    while (list.children.length > MOST_SHOWN) list.lastElementChild?.remove()
    fresh += 1
  }
  const feed = new EventSource(source)
  feed.addEventListener('message', (message) => {
    const data = String(message.data)
    if (paused) held.push(data)
    else show(data)
    if (held.length > MOST_SHOWN) held.shift()
    sayLater()
  })
  button.addEventListener('click', () => {
    paused = !paused
    button.textContent = paused ? resume : pause
    for (const data of held.splice(0)) show(data)
  })
  document.querySelectorAll('a[data-newer="true"]').forEach((link) => link.remove())
  box.hidden = false
}

/** @param {string} address */
async function fetched(address) {
  const answer = await fetch(address, { headers: { accept: 'text/html' } })
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}

/**
 * @param {string} id
 * @param {Document} page
 */
function replace(id, page) {
  const [here, there] = [document.getElementById(id), page.getElementById(id)]
  if (!here || !there) return false
  here.replaceWith(document.adoptNode(there))
  return true
}

/** @param {HTMLFormElement} form */
function slide(form) {
  const range = form.querySelector('input[name=step]')
  const told = form.querySelector('output')
  const button = form.querySelector('button')
  if (!(range instanceof HTMLInputElement) || !told || !button) return
  const { lang } = document.documentElement
  const days = new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, { dateStyle: 'long', timeZone: 'UTC' })
  const first = Date.parse(`${form.dataset.first}T00:00:00Z`)
  let asked = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  range.addEventListener('input', () => {
    const day = days.format(first + Number(range.value) * 86_400_000)
    told.textContent = day
    range.setAttribute('aria-valuetext', day)
  })
  range.addEventListener('change', () => {
    clearTimeout(timer)
    timer = setTimeout(async () => {
      const turn = ++asked
      const address = `${form.action}?${new URLSearchParams({ step: range.value, lang: document.documentElement.lang })}`
      const page = await fetched(address)
      if (turn !== asked) return
      if (replace('then', page)) history.replaceState(null, '', address)
      else location.assign(address)
    }, 150)
  })
  button.hidden = true
}

function watch() {
  const box = document.getElementById('watched')
  if (!box?.dataset.again) return
  setTimeout(async () => {
    try {
      const page = await fetched(location.href)
      // What is shown in place of progress is another page: the keyboard's place would be lost in it.
      if (!page.getElementById('watched')) return location.reload()
      const [here, there] = [document, page].map((one) => one.querySelector('#watched progress'))
      const [row, next] = [here?.parentElement, there?.parentElement]
      if (row && next && here?.id === there?.id) row.replaceWith(document.adoptNode(next))
      else replace('watched', page)
    } catch {
      // The server is away for a moment; it is asked again.
    }
    watch()
  }, 700)
}

const box = document.getElementById('live')
if (box) follow(box)
const form = document.getElementById('slider')
if (form instanceof HTMLFormElement) slide(form)
watch()
