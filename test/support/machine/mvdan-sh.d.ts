/** What the tests use of shfmt's parser. @see https://pkg.go.dev/mvdan.cc/sh/v3/syntax */
declare module 'mvdan-sh' {
  export interface Position {
    Offset(): number;
  }
  export interface Word {
    /** The word as plain text, or nothing when it is more than that. */
    Lit(): string;
    Pos(): Position;
    End(): Position;
  }
  export interface Node {
    readonly Name?: { readonly Value: string };
    readonly Args?: readonly Word[];
  }
  export const syntax: {
    readonly LangPOSIX: number;
    Variant(language: number): unknown;
    NewParser(...options: readonly unknown[]): { Parse(text: string, name: string): Node };
    NodeType(node: Node): string;
    Walk(node: Node, visit: (node: Node | null) => boolean): void;
  };
}
