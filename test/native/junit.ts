/** The cases of a JUnit report as doctest writes it. */
export interface NativeCase {
  readonly name: string;
  readonly failures: readonly string[];
}

export function casesIn(xml: string): NativeCase[] {
  const cases = xml.matchAll(/<testcase [^>]*?name="([^"]*)"[^>]*?(\/>|>([\s\S]*?)<\/testcase>)/g);
  return [...cases].map(([, name = '', , body = '']) => ({
    name: unescape(name),
    failures: [...body.matchAll(/<(?:failure|error)[^>]*>([\s\S]*?)<\//g)].map(([, text = '']) =>
      unescape(text),
    ),
  }));
}

function unescape(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
