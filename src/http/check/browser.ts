/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { readCertificateId } from '../../domain/certificate-id.ts'

/**
 * Runs in the reader's browser and adds comfort alone: a file can be dropped or pasted, and where the browser reads QR
 * codes itself, a camera or a picture will do. Whatever a code says, nothing is opened but this registry's own page of
 * an ID that reads as one.
 */
type Detector = {
  detect(source: ImageBitmapSource): Promise<readonly { readonly rawValue: string }[]>
}
type DetectorClass = {
  new (options: { readonly formats: readonly string[] }): Detector
  getSupportedFormats(): Promise<readonly string[]>
}

const LOOK_EVERY_MS = 200
const form = document.querySelector<HTMLFormElement>('#check-file')
const input = document.querySelector<HTMLInputElement>('#file')
const scan = document.querySelector<HTMLElement>('[data-scan]')
const language = document.documentElement.lang

async function detectorOfCodes(): Promise<Detector | undefined> {
  const { BarcodeDetector } = window as unknown as { readonly BarcodeDetector?: DetectorClass }
  const formats = await BarcodeDetector?.getSupportedFormats().catch((): readonly string[] => [])
  return BarcodeDetector && formats?.includes('qr_code')
    ? new BarcodeDetector({ formats: ['qr_code'] })
    : undefined
}

/** The ID in a code or in a pasted text: alone, or in an address of this registry. */
function idIn(text: string): string | undefined {
  const reading = readCertificateId(text.trim())
  if (reading.ok) return reading.id
  if (!URL.canParse(text)) return undefined
  const { origin, pathname } = new URL(text)
  const base = scan?.dataset['base'] ?? ''
  const homes = [location.origin, ...(URL.canParse(base) ? [new URL(base).origin] : [])]
  const typed = /\/c\/(?<id>[^/]+)\/?$/.exec(pathname)?.groups?.['id']
  const read = typed === undefined || !homes.includes(origin) ? undefined : readCertificateId(typed)
  return read?.ok ? read.id : undefined
}

const goTo = (id: string) => location.assign(`/c/${id}?lang=${language}`)

async function idSeen(detector: Detector, source: ImageBitmapSource): Promise<string | undefined> {
  const codes = await detector.detect(source).catch(() => [])
  return codes.map(({ rawValue }) => idIn(rawValue)).find((id) => id !== undefined)
}

function say(text: string): void {
  const said = form?.querySelector<HTMLElement>('[data-said]')
  if (!said) return
  said.textContent = text
  said.hidden = text === ''
}

function send(files: FileList): void {
  if (!form || !input || files.length === 0) return
  input.files = files
  form.requestSubmit()
}

function takeDrops(): void {
  const over = (is: boolean) => document.body.classList.toggle('dropping', is)
  document.addEventListener('dragover', (event) => {
    event.preventDefault()
    over(true)
  })
  document.addEventListener('dragleave', (event) => event.relatedTarget === null && over(false))
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    over(false)
    if (event.dataTransfer) send(event.dataTransfer.files)
  })
}

function takePastes(): void {
  document.addEventListener('paste', (event) => {
    const { clipboardData: pasted, target } = event
    if (!pasted) return
    if (pasted.files.length > 0) {
      event.preventDefault()
      send(pasted.files)
      return
    }
    // What is pasted into a field belongs there.
    if (target instanceof HTMLInputElement) return
    const text = pasted.getData('text')
    const id = idIn(text)
    if (id !== undefined) goTo(id)
    else if (/^\s*\{|^\s*[\w-]+\.[\w-]+\.[\w-]+\s*$/.test(text)) {
      const made = new DataTransfer()
      made.items.add(new File([text], 'pasted.json', { type: 'application/json' }))
      send(made.files)
    }
  })
}

/** A picture's code is read here: the server reads none. */
function takePictures(detector: Detector): void {
  form?.addEventListener('submit', (event) => {
    const file = input?.files?.[0]
    if (!file?.type.startsWith('image/')) return
    event.preventDefault()
    say('')
    void createImageBitmap(file)
      .then((picture) => idSeen(detector, picture))
      .catch(() => undefined)
      .then((id) => (id === undefined ? say(form.dataset['noCode'] ?? '') : goTo(id)))
  })
}

function offerCamera(detector: Detector, home: HTMLElement): void {
  const [button] = home.getElementsByTagName('button')
  const dialog = home.querySelector('dialog')
  const video = home.querySelector('video')
  const error = home.querySelector<HTMLElement>('.error')
  if (!button || !dialog || !video || !error) return
  home.hidden = false
  dialog.querySelector('button')?.addEventListener('click', () => dialog.close())
  button.addEventListener('click', () => {
    error.textContent = ''
    dialog.showModal()
    void look(detector, dialog, video).catch(() => {
      error.textContent = home.dataset['noCamera'] ?? ''
    })
  })
}

async function look(detector: Detector, dialog: HTMLDialogElement, video: HTMLVideoElement): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  const stop = () => {
    for (const track of stream.getTracks()) track.stop()
  }
  dialog.addEventListener('close', stop, { once: true })
  // Closed while its reader was asked whether the camera may be used.
  if (!dialog.open) return stop()
  video.srcObject = stream
  await video.play()
  while (dialog.open) {
    const id = await idSeen(detector, video)
    if (id !== undefined) {
      dialog.close()
      return goTo(id)
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

takeDrops()
takePastes()
const detector = await detectorOfCodes()
if (detector) takePictures(detector)
if (detector && scan && 'mediaDevices' in navigator) offerCamera(detector, scan)
