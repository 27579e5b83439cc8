import type { Language } from '../pages/speech.ts'
import type { WhyNot } from './provider-faults.ts'

/** The provider as words speak of it. */
export type Named = { readonly host: string; readonly keyClaim: string }
export type OidcWords = Readonly<
  Record<'signInWith' | 'orKey' | 'signedIn' | 'signedOut' | 'signOutThere' | WhyNot, string>
>

const en = ({ host, keyClaim }: Named): OidcWords => ({
  signInWith: `Sign in with ${host}`,
  orKey: 'Or with an access key',
  signedIn: 'You are signed in.',
  signedOut: `You are signed out here, and may still be signed in at ${host}.`,
  signOutThere: `Sign out there too`,
  late: 'This sign-in was not begun in this browser, was used already, or is older than ten minutes. Begin again.',
  denied: `The sign-in at ${host} was broken off or refused. Nobody is signed in.`,
  away: `${host} does not answer now. Try again in a moment, or sign in with an access key.`,
  untrue: `What ${host} answered is not what was asked for, so nobody is signed in. Begin again. If it happens once more, tell whoever runs this registry.`,
  noKey: `${host} knows you, but names no access key for you. Ask its administrator to put the ID of your access key into your claim “${keyClaim}”.`,
  badKey: `The access key that ${host} names for you is unknown here, revoked or past its last day. Ask your registrar for a new one, and the administrator of ${host} to put its ID into your claim “${keyClaim}”.`,
  manyKeys: `${host} names several access keys for you. Ask its administrator to leave one in your claim “${keyClaim}”.`,
})

const ru = ({ host, keyClaim }: Named): OidcWords => ({
  signInWith: `Войти через ${host}`,
  orKey: 'Или с ключом доступа',
  signedIn: 'Вы вошли.',
  signedOut: `Здесь вы вышли, но на ${host} вход, возможно, ещё открыт.`,
  signOutThere: 'Выйти и там',
  late: 'Этот вход начат не в этом браузере, уже использован или начат больше десяти минут назад. Начните снова.',
  denied: `Вход на ${host} прерван или отклонён. Никто не вошёл.`,
  away: `${host} сейчас не отвечает. Попробуйте чуть позже или войдите с ключом доступа.`,
  untrue: `${host} ответил не на то, что было спрошено, поэтому никто не вошёл. Начните снова. Если это повторится, скажите тем, кто ведёт этот реестр.`,
  noKey: `${host} знает вас, но не называет вашего ключа доступа. Попросите администратора ${host} записать ID вашего ключа доступа в поле «${keyClaim}».`,
  badKey: `Ключ доступа, который ${host} называет вашим, здесь неизвестен, отозван или просрочен. Попросите у регистратора новый, а администратора ${host} — записать его ID в поле «${keyClaim}».`,
  manyKeys: `${host} называет несколько ваших ключей доступа. Попросите администратора оставить в поле «${keyClaim}» один.`,
})

const ky = ({ host, keyClaim }: Named): OidcWords => ({
  signInWith: `${host} аркылуу кирүү`,
  orKey: 'Же кирүү ачкычы менен',
  signedIn: 'Сиз кирдиңиз.',
  signedOut: `Бул жерден чыктыңыз, бирок ${host} сайтында дагы эле кирген бойдон болушуңуз мүмкүн.`,
  signOutThere: 'Ал жерден да чыгуу',
  late: 'Бул кирүү ушул браузерде башталган эмес, мурда колдонулган же башталганына он мүнөттөн ашты. Кайра баштаңыз.',
  denied: `${host} сайтында кирүү токтотулду же четке кагылды. Эч ким кирген жок.`,
  away: `${host} азыр жооп бербей жатат. Бир аздан кийин кайра аракет кылыңыз же кирүү ачкычы менен кириңиз.`,
  untrue: `${host} берген жооп суралганга дал келген жок, ошондуктан эч ким кирген жок. Кайра баштаңыз. Дагы кайталанса, бул реестрди жүргүзгөндөргө айтыңыз.`,
  noKey: `${host} сизди тааныйт, бирок кирүү ачкычыңызды атаган жок. Анын администраторунан кирүү ачкычыңыздын ID’син «${keyClaim}» талаасына жазып коюуну сураныңыз.`,
  badKey: `${host} сиздики деп атаган кирүү ачкычы бул жерде белгисиз, жокко чыгарылган же мөөнөтү өткөн. Каттоочудан жаңысын сураңыз, ал эми ${host} администраторунан анын ID’син «${keyClaim}» талаасына жазып коюуну сураныңыз.`,
  manyKeys: `${host} сиз үчүн бир нече кирүү ачкычын атады. Администратордон «${keyClaim}» талаасында бирөөнү гана калтырууну сураныңыз.`,
})

const WORDS = { ky, ru, en } as const satisfies Record<Language, (named: Named) => OidcWords>

/** What the desk says of signing in by OpenID Connect. */
export const oidcWords = (language: Language, named: Named): OidcWords => WORDS[language](named)
