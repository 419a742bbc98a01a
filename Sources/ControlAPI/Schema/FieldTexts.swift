// What types and their fields are, in the words of their own comments. Rewritten, never written by hand:
// `make api-docs`.

enum FieldTexts {
    static let text = #"""

        """#
}
