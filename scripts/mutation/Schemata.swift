// Writes sources with every mutant in them, each behind a switch: mutant schemata (Untch, Offutt, Harrold, ISSTA'93).
//
//   schemata POINTS DROPPED FOLDER OUT...
//
// For each pair of a folder of sources and one to write to. POINTS becomes a table with a row for each mutant: its
// number and that of its form's first, file, line and column, where its form lies in what was written (line and column,
// from and to), operator, and the text before and after. DROPPED is read: forms that do not compile, as
// "file:line:column:operator". They are not written, and their mutants keep their numbers.

import Foundation
import SwiftOperators
import SwiftParser
import SwiftSyntax

/// A place in the source and what is put there, so that the number of the active mutant decides what it does.
struct Form {
    /// The bytes of the source that it is about.
    let range: Range<Int>
    let prefix: String
    let suffix: String
    /// Tokens of the source that are written otherwise.
    var replaced: [(range: Range<Int>, text: String)] = []
    /// The operator, what stood there, and what each of its mutants makes of it.
    let mutants: [(operator: String, before: String, after: String)]
    let first: Int
}

/// Finds the forms of one file, outer ones before inner ones.
final class Finder: SyntaxVisitor {
    private(set) var forms: [Form] = []
    private var next: Int
    /// Names that are declared without a value: what is given to them first may not be left out.
    private var unset: Set<String> = []

    init(numbersFrom first: Int) {
        next = first
        super.init(viewMode: .sourceAccurate)
    }

    /// What comes after the last mutant that was found.
    var end: Int { next }

    // MARK: What is left alone

    override func visit(_: AttributeSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_: ExpressionPatternSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_: EnumCaseElementSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_: GenericArgumentClauseSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_: AvailabilityConditionSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_: MacroExpansionExprSyntax) -> SyntaxVisitorContinueKind { .skipChildren }

    override func visit(_ node: IfConfigClauseSyntax) -> SyntaxVisitorContinueKind {
        if let elements = node.elements { walk(elements) }
        return .skipChildren
    }

    /// Values of parameters that may be left out are skipped.
    override func visit(_ node: InitializerClauseSyntax) -> SyntaxVisitorContinueKind {
        node.parent?.is(FunctionParameterSyntax.self) == true ? .skipChildren : .visitChildren
    }

    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        for binding in node.bindings where binding.initializer == nil && binding.accessorBlock == nil {
            for token in binding.pattern.tokens(viewMode: .sourceAccurate) { unset.insert(token.text) }
        }
        return .visitChildren
    }

    private static let assertions: Set<String> = [
        "precondition", "preconditionFailure", "assert", "assertionFailure", "fatalError",
    ]

    /// Assertions name what never happens: a weaker one is seen by nothing.
    private static func isAssertion(_ call: FunctionCallExprSyntax) -> Bool {
        guard let name = call.calledExpression.as(DeclReferenceExprSyntax.self) else { return false }
        return assertions.contains(name.baseName.text)
    }

    // MARK: Conditions

    override func visit(_ node: ConditionElementSyntax) -> SyntaxVisitorContinueKind {
        if case .expression(let condition) = node.condition {
            node.parent?.parent?.is(WhileStmtSyntax.self) == true ? ends(condition) : constant(condition)
        }
        return .visitChildren
    }

    override func visit(_ node: WhereClauseSyntax) -> SyntaxVisitorContinueKind {
        constant(node.condition)
        return .visitChildren
    }

    override func visit(_ node: RepeatStmtSyntax) -> SyntaxVisitorContinueKind {
        ends(node.condition)
        return .visitChildren
    }

    override func visit(_ node: TernaryExprSyntax) -> SyntaxVisitorContinueKind {
        constant(node.condition)
        return .visitChildren
    }

    override func visit(_ node: OptionalBindingConditionSyntax) -> SyntaxVisitorContinueKind {
        if let value = node.initializer?.value {
            wrap(value, "mutantNone", [("none", text(value), "nil")])
        } else if let name = node.pattern.as(IdentifierPatternSyntax.self) {
            let range = Self.range(node.pattern)
            add(
                range.upperBound..<range.upperBound, " = mutantNone(\(name.identifier.text), #)", "",
                [("none", text(node.pattern), "nil")])
        }
        return .visitChildren
    }

    private func constant(_ condition: ExprSyntax) {
        if condition.is(BooleanLiteralExprSyntax.self) { return }
        wrap(
            condition, "mutantCondition",
            [("condition", text(condition), "true"), ("condition", text(condition), "false")])
    }

    private func ends(_ condition: ExprSyntax) {
        if condition.is(BooleanLiteralExprSyntax.self) { return }
        wrap(condition, "mutantEnd", [("condition", text(condition), "false")])
    }

    // MARK: Statements

    override func visit(_ node: CodeBlockItemSyntax) -> SyntaxVisitorContinueKind {
        guard case .expr(let expression) = node.item else { return .visitChildren }
        if mayBeDropped(expression), !isValue(node) {
            add(
                Self.range(expression), "if mutantKeeps(#) { ", " }",
                [("statement", text(expression), "(nothing)")])
        }
        return .visitChildren
    }

    private func mayBeDropped(_ expression: ExprSyntax) -> Bool {
        if let tried = expression.as(TryExprSyntax.self) { return mayBeDropped(tried.expression) }
        if let unsafe = expression.as(UnsafeExprSyntax.self) { return mayBeDropped(unsafe.expression) }
        if let call = expression.as(FunctionCallExprSyntax.self) {
            if Self.isAssertion(call) { return false }
            guard let member = call.calledExpression.as(MemberAccessExprSyntax.self) else { return true }
            return member.declName.baseName.text != "init"
        }
        guard let infix = expression.as(InfixOperatorExprSyntax.self) else { return false }
        if infix.operator.is(AssignmentExprSyntax.self) {
            return !isInInitializer(expression)
                && !infix.leftOperand.tokens(viewMode: .sourceAccurate).contains {
                    unset.contains($0.text) && $0.previousToken(viewMode: .sourceAccurate)?.tokenKind != .period
                }
        }
        return name(infix).map { $0.hasSuffix("=") && !["==", "!=", "<=", ">=", "===", "!=="].contains($0) } ?? false
    }

    /// Whether a statement stands directly in an initialiser, which must give everything a value.
    private func isInInitializer(_ node: some SyntaxProtocol) -> Bool {
        var parent = node.parent
        while let here = parent {
            if here.is(InitializerDeclSyntax.self) { return true }
            if here.is(FunctionDeclSyntax.self) || here.is(ClosureExprSyntax.self) || here.is(AccessorBlockSyntax.self)
            {
                return false
            }
            parent = here.parent
        }
        return false
    }

    /// Whether a statement may be what a closure, a function or a branch gives: it is the only one there.
    private func isValue(_ item: CodeBlockItemSyntax) -> Bool {
        guard let list = item.parent?.as(CodeBlockItemListSyntax.self), list.count == 1 else { return false }
        guard let parent = list.parent else { return false }
        if parent.is(ClosureExprSyntax.self) { return true }
        if parent.is(AccessorBlockSyntax.self) { return true }
        if let outer = parent.parent?.parent?.parent?.as(CodeBlockItemSyntax.self), parent.is(IfConfigClauseSyntax.self)
        {
            return isValue(outer)
        }
        var branches: Syntax
        if parent.is(SwitchCaseSyntax.self) {
            guard let outer = parent.parent?.parent else { return true }
            branches = outer
        } else {
            guard parent.is(CodeBlockSyntax.self), let owner = parent.parent else { return false }
            if let function = owner.as(FunctionDeclSyntax.self) { return function.signature.returnClause != nil }
            if let accessor = owner.as(AccessorDeclSyntax.self) { return accessor.accessorSpecifier.text == "get" }
            guard owner.is(IfExprSyntax.self) else { return false }
            branches = owner
        }
        // An else-if lies in the if before it.
        while let outer = branches.parent, outer.is(IfExprSyntax.self) { branches = outer }
        guard let statement = branches.parent?.as(ExpressionStmtSyntax.self) else { return true }
        guard let outer = statement.parent?.as(CodeBlockItemSyntax.self) else { return true }
        return isValue(outer)
    }

    // MARK: Operators

    private static let orders = [
        "<": ("mutantLess", ">=", "<="), "<=": ("mutantLessEqual", ">", "<"),
        ">": ("mutantGreater", "<=", ">="), ">=": ("mutantGreaterEqual", "<", ">"),
    ]
    private static let sums = [
        "+": ("mutantAdd", "-"), "-": ("mutantSubtract", "+"), "*": ("mutantMultiply", "/"),
        "/": ("mutantDivide", "*"), "&&": ("mutantAnd", "||"), "||": ("mutantOr", "&&"),
    ]
    private static let equalities = ["==": "!=", "!=": "==", "===": "!==", "!==": "==="]

    override func visit(_ node: InfixOperatorExprSyntax) -> SyntaxVisitorContinueKind {
        guard let name = name(node) else { return .visitChildren }
        let whole = text(node)
        func with(_ other: String) -> String { "\(text(node.leftOperand)) \(other) \(text(node.rightOperand))" }
        if let (function, negated, shifted) = Self.orders[name] {
            let tuple = (node.leftOperand.as(TupleExprSyntax.self) ?? node.rightOperand.as(TupleExprSyntax.self))
            let count = tuple.map(\.elements.count) ?? 1
            call(
                node, count > 1 ? "\(function)\(count)" : function,
                [("comparison", whole, with(negated)), ("bound", whole, with(shifted))])
        } else if let other = Self.equalities[name] {
            wrap(node, "mutantFlip", [("comparison", whole, with(other))])
        } else if let (function, other) = Self.sums[name] {
            let strings = [node.leftOperand, node.rightOperand].contains { $0.is(StringLiteralExprSyntax.self) }
            if !strings {
                call(node, function, [(name == "&&" || name == "||" ? "logic" : "arithmetic", whole, with(other))])
            }
        } else if name == "+=" || name == "-=" {
            call(
                node, name == "+=" ? "mutantAddTo" : "mutantSubtractFrom",
                [("arithmetic", whole, with(name == "+=" ? "-=" : "+="))], before: "&")
        } else if name == "..<" || name == "..." {
            let (left, right) = (text(node.leftOperand), text(node.rightOperand))
            call(
                node, name == "..<" ? "mutantRange" : "mutantClosedRange",
                [("range", whole, "\(left)\(name)\(right) - 1"), ("range", whole, "\(left) + 1\(name)\(right)")])
        }
        return .visitChildren
    }

    override func visit(_ node: PrefixOperatorExprSyntax) -> SyntaxVisitorContinueKind {
        if node.operator.text == "!" { wrap(node, "mutantFlip", [("logic", text(node), text(node.expression))]) }
        // A negative number is one literal: a sign before a function's result could be of any type.
        guard node.operator.text == "-", node.expression.is(IntegerLiteralExprSyntax.self) else {
            return .visitChildren
        }
        wrap(node, "mutantLiteral", [("literal", text(node), "\(text(node)) + 1")])
        return .skipChildren
    }

    override func visit(_ node: FunctionCallExprSyntax) -> SyntaxVisitorContinueKind {
        if Self.isAssertion(node) { return .skipChildren }
        guard let name = node.calledExpression.as(DeclReferenceExprSyntax.self), name.argumentNames == nil,
            ["min", "max"].contains(name.baseName.text), node.arguments.count == 2, node.trailingClosure == nil,
            node.arguments.allSatisfy({ $0.label == nil }), let last = node.arguments.last
        else { return .visitChildren }
        let isLeast = name.baseName.text == "min"
        let end = Self.range(last.expression).upperBound
        add(
            Self.range(node).lowerBound..<end, "", ", #",
            [("least", text(node), (isLeast ? "max" : "min") + text(node).dropFirst(3))],
            replaced: [(Self.range(name), isLeast ? "mutantLeast" : "mutantGreatest")])
        return .visitChildren
    }

    // MARK: Literals

    override func visit(_ node: IntegerLiteralExprSyntax) -> SyntaxVisitorContinueKind {
        wrap(node, "mutantLiteral", [("literal", node.literal.text, "\(node.literal.text) + 1")])
        return .visitChildren
    }

    override func visit(_ node: BooleanLiteralExprSyntax) -> SyntaxVisitorContinueKind {
        let parent = node.parent
        if parent?.is(ConditionElementSyntax.self) == true || parent?.is(RepeatStmtSyntax.self) == true {
            return .visitChildren
        }
        wrap(node, "mutantFlip", [("literal", node.literal.text, node.literal.text == "true" ? "false" : "true")])
        return .visitChildren
    }

    // MARK: Writing forms down

    private func name(_ node: InfixOperatorExprSyntax) -> String? {
        node.operator.as(BinaryOperatorExprSyntax.self)?.operator.text
    }

    private static func range(_ node: some SyntaxProtocol) -> Range<Int> {
        node.positionAfterSkippingLeadingTrivia.utf8Offset..<node.endPositionBeforeTrailingTrivia.utf8Offset
    }

    /// A node's text on one line.
    private func text(_ node: some SyntaxProtocol) -> String {
        let words = node.trimmedDescription.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count > 160 ? words.prefix(159) + "…" : words
    }

    /// A node as the first argument of a function.
    private func wrap(
        _ node: some SyntaxProtocol, _ function: String, _ mutants: [(operator: String, before: String, after: String)]
    ) {
        add(Self.range(node), function + "(", ", #)", mutants)
    }

    /// The operands of an operator as the arguments of a function.
    private func call(
        _ node: InfixOperatorExprSyntax, _ function: String,
        _ mutants: [(operator: String, before: String, after: String)], before: String = ""
    ) {
        add(
            Self.range(node), function + "(" + before, ", #)", mutants, replaced: [(Self.range(node.operator), ",")])
    }

    /// The number of the first mutant stands for `#` in what is put before and behind the range.
    private func add(
        _ range: Range<Int>, _ prefix: String, _ suffix: String,
        _ mutants: [(operator: String, before: String, after: String)],
        replaced: [(range: Range<Int>, text: String)] = []
    ) {
        let (before, after) = (
            prefix.replacingOccurrences(of: "#", with: "\(next)"), suffix.replacingOccurrences(of: "#", with: "\(next)")
        )
        forms.append(
            Form(range: range, prefix: before, suffix: after, replaced: replaced, mutants: mutants, first: next))
        next += mutants.count
    }
}

/// A source with forms in it.
struct Written {
    private(set) var bytes: [UInt8] = []
    /// For each form where it begins and ends in what was written.
    private(set) var ranges: [Range<Int>] = []

    init(_ source: [UInt8], _ forms: [Form]) {
        // At one place ends come before beginnings; of beginnings the outer is first, of ends the inner.
        var edits: [(at: Int, isBegin: Int, order: Int, form: Int, length: Int, text: String)] = []
        for (index, form) in forms.enumerated() {
            edits.append((form.range.lowerBound, 1, index, index, 0, form.prefix))
            edits.append((form.range.upperBound, form.range.isEmpty ? 2 : 0, -index, index, 0, form.suffix))
            for (range, text) in form.replaced {
                edits.append((range.lowerBound, 3, index, -1, range.count, text))
            }
        }
        edits.sort { ($0.at, $0.isBegin, $0.order) < ($1.at, $1.isBegin, $1.order) }
        var (starts, ends) = (Array(repeating: 0, count: forms.count), Array(repeating: 0, count: forms.count))
        var place = 0
        for edit in edits {
            bytes += source[place..<edit.at]
            if edit.form >= 0 && (edit.isBegin == 1) { starts[edit.form] = bytes.count }
            bytes += Array(edit.text.utf8)
            if edit.form >= 0 && (edit.isBegin != 1) { ends[edit.form] = bytes.count }
            place = edit.at + edit.length
        }
        bytes += source[place...]
        ranges = zip(starts, ends).map { $0..<max($0, $1) }
    }
}

/// Lines and columns of bytes, both from 1.
struct Lines {
    private let starts: [Int]

    init(_ bytes: [UInt8]) { starts = [0] + bytes.indices.filter { bytes[$0] == 10 }.map { $0 + 1 } }

    func place(_ offset: Int) -> (line: Int, column: Int) {
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return (low + 1, offset - starts[low] + 1)
    }
}

func sources(_ folder: String) -> [String] {
    guard let found = FileManager.default.enumerator(atPath: folder) else { return [] }
    return found.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted()
}

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count >= 4, arguments.count % 2 == 0 else {
    FileHandle.standardError.write(Data("usage: schemata POINTS DROPPED FOLDER OUT...\n".utf8))
    exit(2)
}
let dropped = Set(
    ((try? String(contentsOfFile: arguments[1], encoding: .utf8)) ?? "").split(separator: "\n").map(String.init))
var rows: [String] = []
// 0 is no mutant.
var number = 1
for pair in stride(from: 2, to: arguments.count, by: 2) {
    let (folder, out) = (arguments[pair], arguments[pair + 1])
    for name in sources(folder) {
        let path = "\(folder)/\(name)"
        let source = try Data(contentsOf: URL(fileURLWithPath: path))
        let tree = Parser.parse(source: String(decoding: source, as: UTF8.self))
        var operators = OperatorTable.standardOperators
        operators.addSourceFile(tree) { _ in }
        let finder = Finder(numbersFrom: number)
        finder.walk(operators.foldAll(tree) { _ in })
        number = finder.end
        let lines = Lines([UInt8](source))
        func key(_ form: Form) -> String {
            let (line, column) = lines.place(form.range.lowerBound)
            return "\(path):\(line):\(column):\(form.mutants[0].operator)"
        }
        let kept = finder.forms.filter { !dropped.contains(key($0)) }
        let written = Written([UInt8](source), kept)
        let writtenLines = Lines(written.bytes)
        for (form, range) in zip(kept, written.ranges) {
            let (line, column) = lines.place(form.range.lowerBound)
            let (from, until) = (writtenLines.place(range.lowerBound), writtenLines.place(range.upperBound))
            for (offset, mutant) in form.mutants.enumerated() {
                rows.append(
                    [
                        "\(form.first + offset)", "\(form.first)", path, "\(line)", "\(column)", "\(from.line)",
                        "\(from.column)", "\(until.line)", "\(until.column)", mutant.operator, mutant.before,
                        mutant.after,
                    ].joined(separator: "\t"))
            }
        }
        let target = URL(fileURLWithPath: "\(out)/\(name)")
        let text = Data(written.bytes)
        // What stays as it is keeps its date, so that it is not compiled again.
        if (try? Data(contentsOf: target)) != text {
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: target)
        }
    }
}
try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: arguments[0]))
