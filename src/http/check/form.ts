import { html, type Html } from '../pages/html.ts'
import type { Speech } from '../pages/speech.ts'
import { CHECK_WORDS } from './words.ts'

/** The largest file that is taken, in bytes. */
export const MAX_FILE = 5 * 1024 * 1024

const KINDS = '.pdf,.json,.jwt,.txt,.png,.jpg,.jpeg,.webp,application/pdf,application/json'

/** The form that takes a file. A script shows what is hidden here, where the browser can do it. */
export function askForFile({ language }: Speech): Html {
  const words = CHECK_WORDS[language]
  return html`<form class="ask" id="check-file" action="/check?lang=${language}" method="post" enctype="multipart/form-data" data-no-code="${words.noCode}">
<label for="file">${words.ask}</label>
<div class="row"><input id="file" name="file" type="file" required accept="${KINDS}" aria-describedby="file-hint"><button>${words.send}</button></div>
<small id="file-hint">${words.hint} <span data-drop>${words.drop}</span></small>
<p class="error" role="alert" data-said hidden></p>
</form>`
}

/** The button that opens the camera, and the window that shows what it sees. Hidden until a script can read codes. */
export function scanWithCamera({ language }: Speech, publicUrl = ''): Html {
  const words = CHECK_WORDS[language]
  return html`<div class="scan" data-scan data-lang="${language}" data-base="${publicUrl}" data-no-camera="${words.noCamera}" hidden><button type="button" class="quiet">${words.scan}</button>
<dialog aria-labelledby="scan-title"><h2 id="scan-title">${words.scan}</h2><p>${words.scanHint}</p><video muted playsinline></video><p class="error" role="alert"></p><button type="button" class="quiet">${words.close}</button></dialog></div>`
}
